"""Rows as task folders in Harbor's form, which agent harnesses and trainers read: one folder a task.

`folder` writes the files of a task, `proof` runs its oracle and an agent that does nothing through its own verifier in
the sandbox, `inside` has what is copied into every task. Python only: rows of other languages are rejected and counted.
"""
