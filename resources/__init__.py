"""Everything outside the process or expensive to hold: store, row cache, engines, sandbox, workers."""
