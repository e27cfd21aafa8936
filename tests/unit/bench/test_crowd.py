"""A million people are many documents, and none like another."""

from datetime import UTC, datetime

from tests.bench.crowd import _copies

ID = "0193b6d0-7c1e-7d3a-9a52-2f0c8f1f7f10"


def test_copies_have_names_of_their_own_and_nothing_to_tell() -> None:
    account = {"_id": "northbridge/sam", "state": {"user": "sam", "endedAt": datetime(2026, 1, 1, tzinfo=UTC)}}
    delivery = {
        "_id": f"northbridge/{ID}:1",
        "outbox": [{"id": "1"}],
        "relay": {},
        "state": {"id": "d", "user": "sam", "about": {"user": "sam"}},
    }
    accounts, deliveries = list(_copies(account, 3)), list(_copies(delivery, 3))
    assert len({copy["_id"] for copy in accounts}) == len({copy["_id"] for copy in deliveries}) == 3
    for copy in (*accounts, *deliveries):
        assert copy["state"]["user"].startswith("crowd.")
        assert copy["outbox"] == []
        assert "relay" not in copy
    assert accounts[0]["_id"] == f"northbridge/{accounts[0]['state']['user']}"
    assert deliveries[0]["state"]["about"]["user"] == deliveries[0]["state"]["user"]
    assert len({copy["state"]["id"] for copy in deliveries}) == 3
    assert account["state"]["user"] == "sam"
