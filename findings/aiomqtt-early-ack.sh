#!/usr/bin/env bash
# A program on aiomqtt that fails at its first message of QoS 1 never gets the four that came after it.
#
# Expected: "at least once" with a persistent session: a message that the program has not got yet, because it was busy
#           or crashed, comes again when it reconnects with the same client id and clean_session=False.
# Happens:  aiomqtt has paho acknowledge each message as it arrives, and puts it into a queue in memory, from which
#           `async for message in client.messages` takes it later. The broker forgets all five; what is in the queue
#           goes with the process. So the loss is as long as the program was behind, and a slow store makes it longer.
# Version:  aiomqtt 2.5.1 (with paho-mqtt 2.2.0); aedes 1.2.0 is the broker.
# Source:   https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html#_Toc398718102 (4.3.2);
#           https://github.com/empicano/aiomqtt/issues/345 (the wish for acknowledgements by the program); this run.
# So:       a source of MQTT in Herenow, where an acknowledgement means "on disk", is not built on aiomqtt. paho itself
#           can wait (manual_ack).
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "${broker:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check aiomqtt==2.5.1 paho-mqtt==2.2.0
cd "$folder"
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts aedes@1.2.0
cat > broker.mjs <<'JAVASCRIPT'
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { Aedes } from "aedes";

const { handle } = await Aedes.createBroker();
const server = createServer(handle);
server.listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
JAVASCRIPT
node broker.mjs &
broker=$!
until [ -s port ]; do sleep 0.1; done
venv/bin/python - <<'PYTHON'
import asyncio
import sys
from pathlib import Path

import aiomqtt

PORT = int(Path("port").read_text())


def client(name: str, *, clean: bool) -> aiomqtt.Client:
    return aiomqtt.Client("127.0.0.1", PORT, identifier=name, clean_session=clean)


async def record(*, fails: bool) -> list[str]:
    """What the program got before it failed, or until nothing came for two seconds."""
    got: list[str] = []
    try:
        async with client("recorder", clean=False) as recorder:
            await recorder.subscribe("fleet/#", qos=1)
            async with asyncio.timeout(2):
                async for message in recorder.messages:
                    got.append(message.payload.decode())
                    if fails:
                        await asyncio.sleep(1)  # it writes to its store, which is slow
                        raise OSError("the disk is full")
    except (OSError, TimeoutError):
        pass
    return got


async def main() -> int:
    await record(fails=False)  # subscribes, and leaves its session with the broker
    async with client("bus", clean=True) as bus:
        for number in range(5):
            await bus.publish("fleet/bus", f"fix {number}", qos=1)
    first, second = await record(fails=True), await record(fails=False)
    print("sent:               fix 0, fix 1, fix 2, fix 3, fix 4")
    print("got before failing:", ", ".join(first))
    print("got after a restart:", ", ".join(second) or "nothing")
    return 0 if first == ["fix 0"] and not second else 1


sys.exit(asyncio.run(main()))
PYTHON
