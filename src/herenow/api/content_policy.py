"""What a page of ours may load and whom it may ask: its Content-Security-Policy."""

from collections.abc import Iterable


def content_policy(hosts: Iterable[str] = ()) -> str:
    """Nothing but the origin, and `hosts` (like https://tiles.example.org) for tiles of maps."""
    tiles = "".join(f" {host}" for host in dict.fromkeys(hosts))
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self'{tiles}",
            f"img-src 'self' data: blob:{tiles}",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )
