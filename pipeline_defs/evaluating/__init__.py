"""Any model scored on the registered benchmarks, beside another one where asked."""
