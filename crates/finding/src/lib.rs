//! Findings: spans, severities, clauses of the standard, and fixes as edits.
