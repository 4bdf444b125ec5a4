"""The engine: a traced graph becomes a plan, the plan a program, and a team of threads runs it."""
