"""A million people are many documents, and none like another."""

from datetime import UTC, datetime

from tests.bench.crowd import _copies

ID = "0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f10"
OTHER = "0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f11"


USER = "everyone.0123456789ab"


def test_copies_have_names_of_their_own_and_nothing_to_tell() -> None:
    account = {"_id": f"northbridge/{USER}", "state": {"user": USER, "since": datetime(2026, 1, 1, tzinfo=UTC)}}
    delivery = {
        "_id": f"northbridge/{ID}:1",
        "outbox": [{"id": "1"}],
        "relay": {},
        "state": {"id": OTHER, "user": USER, "about": {"user": USER, "challenge": ID}},
    }
    accounts, deliveries = list(_copies(account, 3)), list(_copies(delivery, 3))
    assert len({copy["_id"] for copy in accounts}) == len({copy["_id"] for copy in deliveries}) == 3
    for copy in (*accounts, *deliveries):
        assert copy["outbox"] == []
        assert "relay" not in copy
    state = deliveries[0]["state"]
    assert state["about"]["user"] == state["user"] != USER
    assert deliveries[0]["_id"] == f"northbridge/{state['about']['challenge']}:1"
    assert accounts[0]["_id"] == f"northbridge/{accounts[0]['state']['user']}"
    assert len({copy["state"]["id"] for copy in deliveries} | {OTHER}) == 4
