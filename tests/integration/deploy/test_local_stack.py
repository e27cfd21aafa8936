"""The local stack with its real servers: stopped, killed, restarted."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import MongoClient

from deploy.local.errors import PortTakenError
from deploy.local.given import given_servers
from deploy.local.health import port_is_open, wait_until
from deploy.local.places import ROOT
from deploy.local.process import start_time
from deploy.local.stack import LocalStack, Ports
from deploy.local.supervisor import Supervisor
from schemas.topics import TOPICS, full_name
from tests.support.servers.stack import local_stack

needs_own_servers = pytest.mark.skipif(bool(given_servers()), reason="the servers are given, and not ours to stop")


async def topics_of(stack: LocalStack) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka_url)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def test_a_started_broker_has_all_topics(servers: LocalStack) -> None:
    assert {full_name(servers.topic_prefix, topic) for topic in TOPICS} <= await topics_of(servers)


@needs_own_servers
def test_a_killed_server_comes_back_with_its_data(own_stack: LocalStack) -> None:
    own_stack.start("mongodb")
    first = own_stack.pid("mongodb")
    with MongoClient[dict[str, object]](own_stack.mongodb_url) as client:
        client["enrollment"]["accounts"].insert_one({"_id": "northbridge/sam"})

    own_stack.kill("mongodb")
    assert not port_is_open(own_stack.ports.mongodb)
    own_stack.start("mongodb")

    assert own_stack.pid("mongodb") != first
    with MongoClient[dict[str, object]](own_stack.mongodb_url) as client:
        assert client["enrollment"]["accounts"].count_documents({"_id": "northbridge/sam"}) == 1


@needs_own_servers
def test_a_taken_port_is_named(servers: LocalStack, tmp_path: Path) -> None:
    with (
        LocalStack(tmp_path, servers.ports) as second,
        pytest.raises(PortTakenError, match=f"port {servers.ports.mongodb} .*SECURITY_INFO_MONGODB_PORT"),
    ):
        second.start("mongodb")


@needs_own_servers
def test_stopping_leaves_no_process_behind(tmp_path: Path) -> None:
    with local_stack(tmp_path) as stack:
        stack.start("mongodb")
        pid = stack.pid("mongodb")

    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)
    assert wait_until(lambda: not port_is_open(stack.ports.mongodb), seconds=2)
    assert list((tmp_path / "run").iterdir()) == []


@needs_own_servers
def test_a_part_that_dies_is_started_again_within_five_seconds(own_stack: LocalStack) -> None:
    said: list[str] = []
    stopped = threading.Event()
    own_stack.start("mongodb")
    first = own_stack.pid("mongodb")
    watcher = threading.Thread(target=Supervisor(own_stack, lambda _, line: said.append(line)).watch, args=(stopped,))
    watcher.start()
    try:
        os.kill(first, signal.SIGKILL)
        revived = wait_until(lambda: own_stack.pid("mongodb") != first and own_stack.is_ready("mongodb"), seconds=5)
    finally:
        stopped.set()
        watcher.join()

    assert revived
    assert said == ["mongodb was killed by signal 9: starting it again"]


@needs_own_servers
def test_what_a_killed_launcher_left_behind_is_ended(tmp_path: Path) -> None:
    script = f"""
import os, pathlib, signal
from tests.support.servers.stack import local_stack
with local_stack(pathlib.Path({str(tmp_path)!r})) as stack:
    stack.start("mongodb")
    print(stack.pid("mongodb"), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    launcher = subprocess.run([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    orphan = int(launcher.stdout.split()[-1])
    os.kill(orphan, 0)

    with LocalStack(tmp_path, Ports()) as next_launcher:
        next_launcher.claim()

    assert wait_until(lambda: start_time(orphan) == "unknown", seconds=5)
