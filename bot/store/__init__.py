"""The only place that speaks SQL: tables, units of work, one module per aggregate, migrations."""
