#!/usr/bin/env python3
"""workflow-step.py FILE JOB NAME: prints the script of a step of a GitHub workflow.

Without NAME, it prints the categories under which the job uploads SARIF, one on each line. Needs ruamel.yaml.
"""

import sys

from ruamel.yaml import YAML

path, job, *name = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    steps = YAML(typ="safe").load(file)["jobs"][job]["steps"]
if not name:
    uploads = [step for step in steps if "/upload-sarif@" in step.get("uses", "")]
    print("\n".join(step["with"]["category"] for step in uploads))
    sys.exit()
scripts = [step["run"] for step in steps if step.get("name") == name[0] and "run" in step]
if len(scripts) != 1:
    sys.exit(f"{path}: {len(scripts)} steps of the job {job} are called {name[0]!r}")
# What an expression puts into a script is run as a script.
if "${{" in scripts[0]:
    sys.exit(f"{path}: the step {name[0]!r} of the job {job} has an expression in its script")
print(scripts[0])
