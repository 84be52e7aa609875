"""Runs shards of a sweep against a real server of object storage.

Usage: storage.py SHORTFALL WEED RESULTS FOLDER SWEEP...
    SHORTFALL  the program, built with the feature object-store
    WEED       SeaweedFS, which speaks S3
    RESULTS    results of the sweep, as one run wrote them
    FOLDER     where this may write; it is made
    SWEEP      the sweep and its arguments
"""

import filecmp
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

BUCKET = "sweeps"
PORT, GRPC = 18333, 28333
USER = {"AWS_ACCESS_KEY_ID": "analyst", "AWS_SECRET_ACCESS_KEY": "secret"}
VARIABLES = {
    **os.environ,
    **USER,
    "AWS_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": f"http://127.0.0.1:{PORT}",
    "AWS_ALLOW_HTTP": "true",
}
# Seconds a server may take to start, and a run to write its first object.
PATIENCE = 60

program, weed, results, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4])
sweep = sys.argv[5:]
temporary = folder / "temporary"
VARIABLES["TMPDIR"] = str(temporary)


def check(holds, otherwise):
    if not holds:
        sys.exit(f"storage: {otherwise}")


def server():
    """Starts the server, and returns it."""
    identity = {
        "name": "analyst",
        "credentials": [
            {"accessKey": USER["AWS_ACCESS_KEY_ID"], "secretKey": USER["AWS_SECRET_ACCESS_KEY"]}
        ],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    data, users = folder / "data", folder / "users.json"
    data.mkdir(parents=True)
    users.write_text(json.dumps({"identities": [identity]}))
    command = [weed, "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3"]
    command += [f"-s3.port={PORT}", f"-s3.port.grpc={GRPC}", f"-s3.config={users}"]
    command += ["-master.volumeSizeLimitMB=64"]
    with open(folder / "server.log", "wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def client():
    """Asks the server as others would."""
    return botocore.session.get_session().create_client(
        "s3",
        endpoint_url=VARIABLES["AWS_ENDPOINT_URL"],
        region_name=VARIABLES["AWS_REGION"],
        aws_access_key_id=USER["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=USER["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"max_attempts": 0}),
    )


def until(done, what):
    end = time.monotonic() + PATIENCE
    while not done():
        check(time.monotonic() < end, f"waited {PATIENCE} s for {what}")
        time.sleep(0.2)


def is_up():
    try:
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="try", Body=b"")
        return True
    except ClientError as error:
        return error.response["Error"]["Code"] == "BucketAlreadyExists"
    except BotoCoreError:
        return False


def start(place, shard, *more):
    command = [program, "sweep", *sweep, "--out", f"s3://{BUCKET}/{place}", "--shard", shard, *more]
    return subprocess.Popen(command, env=VARIABLES, stderr=subprocess.PIPE, text=True)


def shard(place, shard, *more):
    """Runs a shard; its exit code and messages."""
    process = start(place, shard, *more)
    told = process.communicate()[1]
    return process.returncode, told


def merge(*places, to):
    command = [program, "merge", *places, "--quiet", "--out", str(folder / to)]
    done = subprocess.run(command, env=VARIABLES, capture_output=True, text=True)
    return done.returncode, done.stderr


def same(to):
    """Every file of a merge is that of the one run."""
    names = {str(path.relative_to(results)) for path in results.rglob("*") if path.is_file()}
    merged = folder / to
    found = {str(path.relative_to(merged)) for path in merged.rglob("*") if path.is_file()}
    check(names == found, f"{to} holds {sorted(found)}, not {sorted(names)}")
    _, differ, failed = filecmp.cmpfiles(results, merged, names, shallow=False)
    check(not differ and not failed, f"{to} differs in {differ + failed}")


def key(place, index, of):
    return f"{place}/shard-{index:04}-of-{of:04}.log"


def size(name):
    try:
        return s3.head_object(Bucket=BUCKET, Key=name)["ContentLength"]
    except ClientError:
        return 0


def here(name):
    """How long the log is on this machine."""
    logs = [log for log in temporary.glob(f"*/{Path(name).name}") if log.is_file()]
    return max((log.stat().st_size for log in logs), default=0)


def shards_are_merged():
    for index in (1, 2, 3):
        code, told = shard("three", f"{index}/3")
        check(code == 0, told)
    code, told = merge(f"s3://{BUCKET}/three", to="three")
    check(code == 0, told)
    same("three")
    logs = [f"s3://{BUCKET}/{key('three', index, 3)}" for index in (1, 2, 3)]
    check(merge(*logs, to="one-by-one")[0] == 0, "a log has an address of its own")
    same("one-by-one")


def mistakes_are_told():
    place = f"s3://{BUCKET}/three"
    code, told = shard("three", "2/3")
    check(code == 2 and f"{place}/shard-0002-of-0003.log holds" in told, told)
    before = s3.head_object(Bucket=BUCKET, Key=key("three", 2, 3))["LastModified"]
    check(shard("three", "2/3", "--resume")[0] == 0, "a shard that is done is done")
    after = s3.head_object(Bucket=BUCKET, Key=key("three", 2, 3))["LastModified"]
    check(before == after, "a shard that is done is not written again")
    body = s3.get_object(Bucket=BUCKET, Key=key("three", 2, 3))["Body"].read()
    s3.put_object(Bucket=BUCKET, Key=key("three", 2, 3), Body=body[:-3])
    code, told = merge(place, to="damaged")
    check(code == 2 and f"{place}/shard-0002-of-0003.log is damaged" in told, told)
    code, told = shard("three", "2/3", "--resume")
    check(code == 0, told)
    check(size(key("three", 2, 3)) == len(body), "a damaged shard heals")
    s3.delete_object(Bucket=BUCKET, Key=key("three", 2, 3))
    code, told = merge(place, to="missing")
    check(code == 2 and "shard 2 of 3" in told, told)
    code, told = merge(f"s3://{BUCKET}/nothing", to="nothing")
    check(code == 2 and "holds no log of a sweep" in told, told)
    code, told = merge("s3://no-such-bucket/three", to="nothing")
    check(code == 2 and "s3://no-such-bucket/three" in told, told)


def a_killed_shard_goes_on():
    name = key("killed", 1, 1)
    process = start("killed", "1/1")
    until(lambda: size(name) > 0, "the first object")
    process.kill()
    process.communicate()
    header = size(name)
    # One that is told to stop sends what it has.
    process = start("killed", "1/1", "--resume", "--threads", "1")
    until(lambda: here(name) > header, "the first point")
    process.send_signal(signal.SIGTERM)
    told = process.communicate()[1]
    check(process.returncode == 130 and "go on with --resume" in told, told)
    check(size(name) > header, "a shard that is stopped sends what it has")
    code, told = shard("killed", "1/1", "--resume")
    check(code == 0, told)
    check(merge(f"s3://{BUCKET}/killed", to="killed")[0] == 0, "what was killed is whole")
    same("killed")


def one_of_two_stops():
    first = start("twice", "1/1", "--threads", "1")
    until(lambda: size(key("twice", 1, 1)) > 0, "the first object")
    second = start("twice", "1/1", "--resume", "--threads", "2")
    told = [process.communicate()[1] for process in (first, second)]
    codes = sorted((first.returncode, second.returncode))
    check(codes in ([0, 0], [0, 1]), told)
    check(codes == [0, 0] or any("is in use" in text for text in told), told)
    print(codes)
    check(merge(f"s3://{BUCKET}/twice", to="twice")[0] == 0, "what one of two wrote is whole")
    same("twice")


temporary.mkdir(parents=True)
process = server()
try:
    s3 = client()
    until(is_up, "the server")
    for test in (shards_are_merged, mistakes_are_told, a_killed_shard_goes_on, one_of_two_stops):
        begin = time.monotonic()
        test()
        print(f"{test.__name__.replace('_', ' ')}: {time.monotonic() - begin:.0f} s")
finally:
    process.kill()
    process.wait()
