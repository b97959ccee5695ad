"""What is promised of a running cluster, played through in small for the tests and in full for `make show`.

Each function takes how much of it there is to be, and returns what was seen. Who calls it judges.
"""
