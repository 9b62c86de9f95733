"""The credit API over plain HTTP, with nothing but Python's standard library."""

import json
import os
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ.get("DRAWDOWN_URL", "http://127.0.0.1:4010")
KEY = "dodo_test_python"


def call(method, path, body=None):
    """The status and the answer of one request."""
    request = Request(
        URL + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"},
    )
    try:
        with urlopen(request) as response:
            return response.status, json.load(response)
    except HTTPError as refusal:  # an answer like any other
        return refusal.code, json.load(refusal)


def must(method, path, body=None):
    """The answer of a request that has to succeed."""
    status, answer = call(method, path, body)
    if status >= 300:
        raise SystemExit(f"{method} {path} answered {status}: {answer['message']}")
    return answer


must("POST", "/_sandbox/reset", {"at": "2026-01-01T00:00:00Z", "frozen": True})

credit = must("POST", "/credit-entitlements", {
    "name": "API tokens",
    "unit": "token",
    "precision": 0,
    "expires_after_days": 30,
    "rollover_enabled": False,
    "overage_enabled": False,
})
ada = must("POST", "/customers", {"email": "ada@example.com", "name": "Ada"})
balance = f"/credit-entitlements/{credit['id']}/balances/{ada['customer_id']}"

must("POST", f"{balance}/ledger-entries", {"entry_type": "credit", "amount": "1000"})

# A key of the request's own: whoever is unsure whether it arrived sends it again, and it counts once.
debit = {"entry_type": "debit", "amount": "30", "idempotency_key": "request-1"}
first, _ = call("POST", f"{balance}/ledger-entries", debit)
again, refusal = call("POST", f"{balance}/ledger-entries", debit)
print(f"first: {first}, again: {again} {refusal['code']}")
print(f"balance now: {must('GET', balance)['balance']}")

must("POST", "/_sandbox/clock/advance", {"by": "30d"})
print(f"balance 30 days later: {must('GET', balance)['balance']}\n")

for entry in must("GET", f"{balance}/ledger")["items"]:
    movement = ("+" if entry["is_credit"] else "-") + entry["amount"]
    print(f"{entry['created_at'][:10]}  {entry['transaction_type']:16} {movement:>6}  -> {entry['balance_after']}")
