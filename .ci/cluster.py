"""Checks scenarios/cluster/indexed-job.yaml and aws-batch.json.

Usage: cluster.py SHORTFALL FOLDER
    SHORTFALL  the program
    FOLDER     where its commands may write; it is made

By the schemas that Kubernetes and AWS publish of what they take, and by running the
commands that stand there, with few trials and the variables that either would set.
"""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import botocore.session
import kubernetes_validate
import yaml
from botocore.validate import ParamValidator

CLUSTER = Path("scenarios/cluster")
# What the commands write below.
RESULTS = "/results"
# So that a point takes no time.
FEW = ["--trials", "1", "--quiet"]
# Files of a sweep's results.
TABLES = {"summary.json", "sweep.csv", "sweep.parquet"}


def check(holds, otherwise):
    if not holds:
        sys.exit(otherwise)


def run(program, arguments, folder, variables=None):
    """Runs a command of a container; what it writes to its volume goes to a folder."""
    command = [argument.replace(RESULTS, str(folder)) for argument in arguments]
    environment = {**os.environ, **(variables or {})}
    subprocess.run([program, *command], env=environment, check=True, stdout=subprocess.DEVNULL)


def share_out(program, sweep, merge, folder, numbers):
    """Runs all shards of a sweep, each with its variables, and merges them."""
    for variables in numbers:
        run(program, [*sweep, *FEW], folder, variables)
    run(program, [*merge, "--quiet"], folder)
    results = Path(merge[merge.index("--out") + 1].replace(RESULTS, str(folder)))
    written = {path.name for path in results.iterdir()}
    check(TABLES <= written, f"{results} holds {written} only")
    print(f"{len(numbers)} shards and their merge: {results}")


def refused_by_kubernetes(resource):
    try:
        kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError as error:
        return str(error)
    return None


def check_kubernetes(program, folder):
    text = (CLUSTER / "indexed-job.yaml").read_text()
    claim, sweep, merge = yaml.safe_load_all(text)
    for resource in (claim, sweep, merge):
        refused = refused_by_kubernetes(resource)
        check(refused is None, f"{resource['kind']} {resource['metadata']['name']}: {refused}")
    for key, value in (("completions", "8"), ("completion", 8)):
        wrong = copy.deepcopy(sweep)
        wrong["spec"][key] = value
        check(refused_by_kubernetes(wrong), f"the schema takes {key}: {value!r}")
    sweeper, merger = (job["spec"]["template"]["spec"]["containers"][0] for job in (sweep, merge))
    check(sweeper["image"] == merger["image"], "the Jobs have different images")
    given = {variable["name"]: variable["value"] for variable in sweeper["env"]}
    shards = sweep["spec"]["completions"]
    check(given == {"SHORTFALL_SHARDS": str(shards)}, f"{shards} completions, but {given}")
    numbers = [{**given, "JOB_COMPLETION_INDEX": str(index)} for index in range(shards)]
    share_out(program, sweeper["args"], merger["args"], folder, numbers)


def refused_by_aws(model, operation, request):
    report = ParamValidator().validate(request, model.operation_model(operation).input_shape)
    return report.generate_report() if report.has_errors() else None


def check_aws(program, folder):
    requests = json.loads((CLUSTER / "aws-batch.json").read_text())
    model = botocore.session.get_session().get_service_model("batch")
    definition, sweep, merge = (requests[name] for name in ("definition", "sweep", "merge"))
    operations = ("RegisterJobDefinition", "SubmitJob", "SubmitJob")
    for operation, request in zip(operations, (definition, sweep, merge)):
        refused = refused_by_aws(model, operation, request)
        check(refused is None, f"{operation}: {refused}")
        check(
            refused_by_aws(model, operation, {**request, "jobNames": "x"}),
            f"{operation}: the model takes an unknown key",
        )
    parameters = {**definition["parameters"], **sweep["parameters"]}
    command = definition["containerProperties"]["command"]
    filled = [parameters[word[5:]] if word.startswith("Ref::") else word for word in command]
    size = sweep["arrayProperties"]["size"]
    numbers = [
        {"AWS_BATCH_JOB_ARRAY_INDEX": str(index), "AWS_BATCH_JOB_ARRAY_SIZE": str(size)}
        for index in range(size)
    ]
    share_out(program, filled, merge["containerOverrides"]["command"], folder, numbers)


def main(program, folder):
    program, folder = Path(program).resolve(), Path(folder)
    check_kubernetes(program, folder / "kubernetes")
    check_aws(program, folder / "aws")


if __name__ == "__main__":
    main(*sys.argv[1:])
