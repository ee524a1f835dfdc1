"""A program: an S3 server (moto) with the bucket `news` and keys lent for a time, which are checked at each request.

Prints the environment of a program that may enter. Each line on standard input is a list of what the keys may do.
"""

import json
import sys

import boto3
from moto import settings
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
endpoint = "http://{}:{}".format(*server.get_host_and_port())


def client(service):
    keys = {"aws_access_key_id": "any", "aws_secret_access_key": "any", "region_name": "us-east-1"}
    return boto3.client(service, endpoint_url=endpoint, **keys)


def may(actions):
    settings.INITIAL_NO_AUTH_ACTION_COUNT = float("inf")
    statement = [{"Effect": "Allow", "Action": actions, "Resource": "*"}]
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    client("iam").put_role_policy(RoleName="lake", PolicyName="lake", PolicyDocument=document)
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0  # of requests that go unchecked


role = client("iam").create_role(RoleName="lake", AssumeRolePolicyDocument="{}")["Role"]
lent = client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="lake")["Credentials"]
client("s3").create_bucket(Bucket="news")
may(["s3:*"])
told = {
    "AWS_ACCESS_KEY_ID": lent["AccessKeyId"],
    "AWS_SECRET_ACCESS_KEY": lent["SecretAccessKey"],
    "AWS_SESSION_TOKEN": lent["SessionToken"],
    "AWS_ENDPOINT_URL_S3": endpoint,
    "AWS_REGION": "us-east-1",
}
print(json.dumps(told), flush=True)
for line in sys.stdin:
    may(json.loads(line))
    print("done", flush=True)
