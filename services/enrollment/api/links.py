"""What one call says that another one takes: links of the OpenAPI document (specification 3.1, "Link Object")."""

from collections.abc import Mapping
from typing import Any, Final

USER: Final = "/v1.0/users/{user_id}"
METHODS: Final = f"{USER}/authentication"
STOCK: Final = "/v1.0/directory/authenticationMethodDevices/hardwareOathDevices"
CHALLENGE: Final = "/v1.0/challenges/{challenge_id}"

ID: Final = "$response.body#/id"
FIRST: Final = "$response.body#/value/0/id"
SAME_USER: Final = {"user_id": "$request.path.user_id"}
NAMED_USER: Final = {"user_id": "$request.body#/user/id"}

Call = tuple[str, str]
"""A method, and a path as the document has it."""

ON_A_CHALLENGE: Final[tuple[Call, ...]] = (
    ("get", CHALLENGE),
    ("post", f"{CHALLENGE}/answer"),
    ("post", f"{CHALLENGE}/resend"),
    ("post", f"{CHALLENGE}/cancel"),
)
LINKS: Final[Mapping[Call, tuple[tuple[Mapping[str, str], tuple[Call, ...]], ...]]] = {
    ("post", "/v1.0/interrupts"): (
        ({"interrupt_id": ID}, (("get", "/v1.0/interrupts/{interrupt_id}"),)),
        (
            NAMED_USER,
            (
                ("get", f"{METHODS}/methods"),
                ("post", f"{METHODS}/registrations"),
                ("post", f"{USER}/challenges"),
                ("delete", f"{METHODS}/sessions"),
                ("delete", USER),
            ),
        ),
    ),
    ("post", f"{METHODS}/registrations"): (
        (SAME_USER | {"registration_id": ID}, (("get", f"{METHODS}/registrations/{{registration_id}}"),)),
        ({"challenge_id": "$response.body#/challenge/id"}, ON_A_CHALLENGE),
    ),
    ("post", f"{USER}/challenges"): (({"challenge_id": ID}, ON_A_CHALLENGE),),
    ("get", f"{METHODS}/methods"): (
        (
            SAME_USER | {"method_id": FIRST},
            (("patch", f"{METHODS}/methods/{{method_id}}"), ("delete", f"{METHODS}/methods/{{method_id}}")),
        ),
    ),
    ("delete", f"{METHODS}/methods/{{method_id}}"): (
        (
            SAME_USER | {"method_id": "$request.path.method_id"},
            (("post", f"{METHODS}/methods/{{method_id}}/restore"),),
        ),
    ),
    ("post", f"{METHODS}/temporaryAccessPassMethods"): (
        (SAME_USER | {"pass_id": ID}, (("delete", f"{METHODS}/temporaryAccessPassMethods/{{pass_id}}"),)),
    ),
    ("post", f"{METHODS}/phoneMethods"): (
        (
            SAME_USER | {"phone_id": ID},
            tuple((method, f"{METHODS}/phoneMethods/{{phone_id}}") for method in ("get", "patch", "delete")),
        ),
    ),
    ("post", f"{METHODS}/emailMethods"): (
        (
            SAME_USER | {"email_id": ID},
            tuple((method, f"{METHODS}/emailMethods/{{email_id}}") for method in ("get", "patch", "delete")),
        ),
    ),
    ("post", STOCK): (({"device_id": ID}, tuple((method, f"{STOCK}/{{device_id}}") for method in ("get", "delete"))),),
    ("post", f"{METHODS}/hardwareOathMethods"): (
        (
            SAME_USER | {"method_id": ID},
            tuple((method, f"{METHODS}/hardwareOathMethods/{{method_id}}") for method in ("get", "delete")),
        ),
    ),
}
"""By the call whose good answer they belong to: the parameters of the calls that follow."""


def put_links(document: dict[str, Any]) -> None:
    """Add them to the good answers of a document that has all these calls. What it lacks is left out."""
    paths = document["paths"]
    for (method, path), links in LINKS.items():
        source = paths.get(path, {}).get(method)
        for status, response in (source or {"responses": {}})["responses"].items():
            if status.startswith("2"):
                response["links"] = {
                    _name(target): {"operationId": paths[target[1]][target[0]]["operationId"], "parameters": parameters}
                    for parameters, targets in links
                    for target in targets
                    if target[0] in paths.get(target[1], {})
                }


def _name(call: Call) -> str:
    """Unique within an answer, of the letters that the specification allows."""
    method, path = call
    parts = [part for part in path.split("/")[2:] if not part.startswith("{")]
    return f"{method}_{'_'.join(parts)}" + ("_one" if path.endswith("}") else "")
