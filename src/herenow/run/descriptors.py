"""File descriptors: as many as the system allows, and some kept for what is not a connection."""

import resource

import structlog

RESERVED = 256  # for the store, the processes beside, links to a cluster, and files

log = structlog.get_logger()


def raise_limit() -> int:
    """Raises this process's limit as far as it may itself; twice changes nothing. Returns how many connections it may
    hold at a time, so that the rest of the program never lacks a descriptor."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (ValueError, OSError) as error:  # macOS names a hard limit that it does not grant
        log.info("the limit of file descriptors stays", limit=soft, reason=str(error))
    else:
        soft = hard
    return max(soft - RESERVED, soft // 2)
