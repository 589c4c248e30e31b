package structure

import (
	"go/ast"
	"slices"
	"testing"

	"golang.org/x/tools/go/packages"
)

// sizeProperties are the properties that say how large drivers and executors are.
var sizeProperties = []string{
	"spark.driver.cores", "spark.driver.memory", "spark.driver.memoryOverhead", "spark.driver.memoryOverheadFactor",
	"spark.driver.minMemoryOverhead", "spark.executor.cores", "spark.executor.memory", "spark.executor.memoryOverhead",
	"spark.executor.memoryOverheadFactor", "spark.executor.minMemoryOverhead", "spark.executor.pyspark.memory",
	"spark.kubernetes.memoryOverheadFactor", "spark.memory.offHeap.enabled", "spark.memory.offHeap.size", "spark.task.cpus",
	"spark.yarn.am.cores", "spark.yarn.am.memory", "spark.yarn.am.memoryOverhead",
	"spark.yarn.driver.memoryOverhead", "spark.yarn.executor.memoryOverhead",
}

// TestSizesAreReadInOnePlace holds that only internal/spark reads the properties of
// sizes, so that the manager that places a driver and the bill for it use the same
// numbers.
func TestSizesAreReadInOnePlace(t *testing.T) {
	for _, p := range sources(t) {
		name, _ := inModule(p.PkgPath)
		if name == "internal/spark" {
			continue
		}
		for _, file := range p.Syntax {
			ast.Inspect(file, func(n ast.Node) bool {
				if key, ok := propertyRead(p, n); ok && slices.Contains(sizeProperties, key) {
					t.Errorf("%s: reads %s: take the size from internal/spark (DriverSize, ExecutorSizeOf)", p.Fset.Position(n.Pos()), key)
				}
				return true
			})
		}
	}
}

// propertyRead returns the property that an index or a call of a method reads from
// spark.Properties.
func propertyRead(p *packages.Package, n ast.Node) (string, bool) {
	var of, key ast.Expr
	switch n := n.(type) {
	case *ast.IndexExpr:
		of, key = n.X, n.Index
	case *ast.CallExpr:
		if method, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) > 0 {
			of, key = method.X, n.Args[0]
		}
	}
	if of == nil || p.TypesInfo.TypeOf(of) == nil || p.TypesInfo.TypeOf(of).String() != module+"/internal/spark.Properties" {
		return "", false
	}
	return text(p.TypesInfo, key)
}
