"""Where accounts are kept, and how they are found."""

from collections.abc import AsyncIterator
from datetime import datetime

from pymongo import ASCENDING

from services.enrollment.accounts.domain.account import Account, account_id
from services.enrollment.accounts.domain.activity import Activity
from services.kit.mongo.document import Documents, Stored
from services.kit.mongo.indexes import ensure_index

AFTER_THE_SLASH = chr(ord("/") + 1)
"""Ends the ids of one tenant's accounts, `{tenant}/{user}`, as an order of strings."""


class Accounts(Documents[Account]):
    """One document a person."""

    async def prepare(self) -> None:
        await ensure_index(self._collection, [("state.nextDeadline", ASCENDING)], sparse=True)
        await ensure_index(
            self._collection, [("state.tenant", ASCENDING), ("state.profile.userPrincipalName", ASCENDING)]
        )

    def with_overdue_sessions(self, now: datetime) -> AsyncIterator[Stored[Account]]:
        """Those with a session to end or to forget."""
        return self.each({"state.nextDeadline": {"$lte": now}})

    async def after(
        self, tenant: str, user: str, user_principal_name: str | None, *, limit: int
    ) -> list[Stored[Account]]:
        """Accounts of a tenant whose user id sorts after that one, in this order; of one name, if it is given. Erased
        ones are not among them."""
        bounds = {"$gt": account_id(tenant, user), "$lt": f"{tenant}{AFTER_THE_SLASH}"}
        named = {"state.tenant": tenant, "state.profile.userPrincipalName": user_principal_name}
        criteria = {"_id": bounds, "state.erasedAt": None} | (named if user_principal_name is not None else {})
        return await self.find(criteria, sort=[("_id", ASCENDING)], limit=limit)


class Activities(Documents[Activity]):
    """The newest events of each person."""
