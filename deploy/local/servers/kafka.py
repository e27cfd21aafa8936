"""The local broker: one Kafka node that is its own controller (KRaft)."""

import base64
import shutil
import subprocess
import uuid
from pathlib import Path

from deploy.local.errors import StackError
from deploy.local.places import KAFKA_ARCHIVE, KAFKA_FORMATTED, KAFKA_LIBS

JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Quick to start and small rather than fast in the long run."""

QUIET = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
    # These warn at each start and stop of a node that is alone.
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.controller.QuorumController=error",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.clients.NetworkClient=error",
)


def server_properties(port: int, controller_port: int, data: Path) -> str:
    """The configuration of the node; both listeners are on loopback."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"BROKER://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"BROKER://127.0.0.1:{port}",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        # A topic that appears by itself would have the wrong partitions and retention.
        "auto.create.topics.enable": "false",
        # A killed broker is let in again only when its old session is over: 9 s by default.
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 500,
        # Alone, it need not write twice a second that nothing has changed: a third of what an idle broker takes.
        "metadata.max.idle.interval.ms": 0,
        "group.initial.rebalance.delay.ms": 0,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 4,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def java(main_class: str, *arguments: str, flags: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A command on Kafka's class path, which is spelled out: the archive of loaded classes holds for it alone."""
    jars = sorted(KAFKA_LIBS.glob("*.jar"))
    if not jars:
        raise StackError(f"no Kafka in {KAFKA_LIBS}: run `python -m deploy.local install`")
    archive = (f"-XX:SharedArchiveFile={KAFKA_ARCHIVE}",) if KAFKA_ARCHIVE.exists() and not flags else ()
    return ("java", *JVM, *QUIET, *archive, *flags, "-cp", ":".join(map(str, jars)), main_class, *arguments)


def broker(properties: Path) -> tuple[str, ...]:
    """The command that runs the broker."""
    return java("kafka.Kafka", str(properties))


def prepare(home: Path, port: int, controller_port: int) -> Path:
    """Write the configuration, format the data directory if it is new; returns the configuration's path.

    Raises:
        StackError: the directory cannot be formatted.
    """
    home.mkdir(parents=True, exist_ok=True)
    properties, data = home / "server.properties", home / "data"
    properties.write_text(server_properties(port, controller_port, data), "utf-8")
    if not (data / "meta.properties").exists():
        if KAFKA_FORMATTED.exists():
            _copy_formatted(data)
        else:
            _format(properties)
    return properties


def new_cluster_id() -> str:
    """A random id in Kafka's own form. Never one that begins with "-": the tools would take it for an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


def _copy_formatted(data: Path) -> None:
    """What formatting makes holds for each: a broker that is alone in its cluster may share the cluster's id."""
    shutil.copytree(KAFKA_FORMATTED, data, dirs_exist_ok=True)


def _format(properties: Path) -> None:
    command = java("kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", str(properties))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise StackError(f"Kafka's data directory cannot be formatted: {reason[-1]}")
