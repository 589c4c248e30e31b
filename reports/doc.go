// Package reports presents the results of the other packages as text, tables and
// pictures.
//
// Each kind of result has one function that builds its [Document]: [Comparison],
// [Advice], [Search], [Difference], [Validation], [ValidationSet], [Inspection] and
// [Calibration]. Each form has one function that renders any document: [Text] and
// [Markdown] to read, [CSV] and [JSON] to compute with. A new result is one builder and
// then exists in all forms; a new form is one renderer and a row of [Formats], and then
// exists for all results.
//
// A document is a function of its result alone, so the same result gives the same
// bytes. Numbers come from the table metrics.Table and mean in all reports what
// docs/METRICS.md says. A value that does not exist, such as the misses of applications
// without deadlines, is "-" in tables, empty in CSV and null in JSON, never 0. What
// limits a result (incomplete logs, an assumed cluster, a generated workload) is in the
// notes of every report.
//
// Read the files in this order:
//
//   - document.go: the model: facts, sections, blocks, tables, notes, figures, and which
//     of them are for people and which for programs;
//   - formats.go: the table of formats; printing a document, and writing its files;
//   - render_text.go, render_markdown.go, render_csv.go, render_json.go: the renderers;
//     grid.go: what the first two share;
//   - comparison.go, with its sentences (comparison_summary.go), its tables for people
//     (comparison_tables.go) and its records for programs (comparison_records.go);
//     package resultfile reads such records back for a difference;
//   - advice.go and advice_sentences.go, search.go, difference.go, validation.go and
//     validation_set.go, self_replay.go, inspection.go, calibration.go: the other results;
//   - wording.go: how a note becomes a sentence of package sentences; kinds.go and
//     wording_reports.go: the notes that reports make themselves;
//   - cells.go: small helpers for cells.
//
// Package words writes numbers, counts and lists. Package pictures draws the figures: it
// is apart because drawing shares nothing with documents but the numbers.
package reports
