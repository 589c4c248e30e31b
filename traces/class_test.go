package traces

import "testing"

func TestClass(t *testing.T) {
	for name, want := range map[string]string{
		"report-2024-01-31":                   "report-*",
		"report-sla-1":                        "report-sla-*",
		"report-sla-17":                       "report-sla-*",
		"etl":                                 "etl",
		"etl_v2 20240131T0400":                "etl_v2 *",
		"nightly 2024-01-31 04:00:00":         "nightly *",
		"nightly.2024-01-31T04:00:00Z":        "nightly.*",
		"2024-01-31-nightly":                  "*-nightly",
		"load 17 of 31":                       "load * of *",
		"junoHourly-2016-10-05:21":            "junoHourly-*",
		"NewYorkTaxiData_2025_06_27_00_24_44": "NewYorkTaxiData_*",
		"daily20240131":                       "daily*",
		"job123":                              "job*",
		"tpch-1,3,5,6":                        "tpch-*",
		"ingest-3f2b8c1e-9d4a-4c6b-8e1f-0a1b2c3d4e5f": "ingest-*",
		"run a3f9c2d81b":     "run *",
		"spark-110be3a8424d": "spark-*",
		"copy-to-s3":         "copy-to-s3",
		"log4j-scan":         "log4j-scan",
		"feedface-facade":    "feedface-facade", // hexadecimal letters alone are words
		"Spark shell":        "Spark shell",
		"batch (12)":         "batch (*)",
		"отчёт-2024-01":      "отчёт-*",
		"*":                  "*",
		"":                   "",
		"42":                 "*",
	} {
		if got := Class(name); got != want {
			t.Errorf("Class(%q) = %q, want %q", name, got, want)
		}
		if got := Class(Class(name)); got != Class(name) {
			t.Errorf("the class of class %q is %q", Class(name), got)
		}
	}
}
