package policies

import "testing"

const mutantScenarios = 1500

func checkBranches(t *testing.T, recorded []scenario, least int) {}
