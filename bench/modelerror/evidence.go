package modelerror

// Evidence are the known workloads: recordings of real Spark in bench/testdata, measured by
// TestModelErrorIsTheMeasuredOne of package validate, which also rewrites this table (-update).
var Evidence = []Workload{
	{"bursty", Shape{Short: 0.09, Again: 0.00, Computes: 0.00, Starts: 2.94, Brief: -0.39, Self: -4.51}, 5, 0.0155, 0.0153},
	{"cache", Shape{Short: -0.17, Again: 0.62, Computes: 0.00, Starts: 2.74, Brief: -0.11, Self: -5.25}, 2, 0.0058, 0.0554},
	{"concurrent", Shape{Short: -0.16, Again: 0.00, Computes: 0.00, Starts: 1.61, Brief: 0.69, Self: -5.09}, 2, 0.0024, 0.0093},
	{"etl", Shape{Short: -0.82, Again: 0.00, Computes: 0.00, Starts: 2.57, Brief: -0.32, Self: -4.55}, 5, 0.0104, 0.0081},
	{"fanout", Shape{Short: 1.11, Again: 0.00, Computes: 0.00, Starts: 2.20, Brief: 0.27, Self: -4.46}, 3, 0.0367, 0.0736},
	{"big", Shape{Short: -0.42, Again: 0.00, Computes: 0.00, Starts: 2.56, Brief: 0.04, Self: -4.28}, 2, 0.0700, 0.0105},
	{"reuse", Shape{Short: -0.49, Again: 0.43, Computes: 0.00, Starts: 2.86, Brief: -0.26, Self: -4.52}, 4, 0.0124, 0.0957},
	{"tpch", Shape{Short: 1.73, Again: 0.37, Computes: 0.90, Starts: 0.92, Brief: -0.49, Self: -4.76}, 2, 0.2105, 0.2315},
	{"memory", Shape{Short: -0.11, Again: 0.00, Computes: 0.00, Starts: 1.61, Brief: 0.96, Self: -4.67}, 2, 0.1615, 0.0408},
	{"unprotected", Shape{Short: -0.46, Again: 0.17, Computes: 0.00, Starts: 2.35, Brief: 0.40, Self: -3.89}, 2, 0.0293, 0.0397},
	{"profiles", Shape{Short: -0.68, Again: 0.00, Computes: 0.00, Starts: 2.89, Brief: 0.51, Self: -3.24}, 2, 0.0167, 0.0207},
	{"steps", Shape{Short: -0.12, Again: 0.00, Computes: 0.00, Starts: 2.46, Brief: 0.47, Self: -2.41}, 3, 0.1285, 0.0966},
	{"spread", Shape{Short: -0.27, Again: 0.16, Computes: 0.00, Starts: 2.08, Brief: 0.30, Self: -1.99}, 2, 0.2469, 0.2610},
	{"locality", Shape{Short: -0.10, Again: 0.00, Computes: 0.00, Starts: 1.70, Brief: 0.50, Self: -3.31}, 2, 0.1146, 0.1056},
	{"sql-dash", Shape{Short: 2.70, Again: 0.95, Computes: 1.00, Starts: 1.10, Brief: -0.35, Self: -4.63}, 4, 0.1252, 0.2797},
}
