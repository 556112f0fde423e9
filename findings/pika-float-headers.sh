#!/usr/bin/env bash
# A latitude of 60.17 in a header of a RabbitMQ message arrives in pika as 60, which is 19 km to the south.
#
# Expected: RabbitMQ's headers have types for fractions (f: 32 bits, d: 64 bits), so a consumer sees the number that the
#           producer set, or an error where its library has no such type.
# Happens:  pika cuts both types down to whole numbers while it decodes: py-amqp (Celery, Kombu) sends 60.16987654321 as
#           d, pika shows 60. pamqp (aio-pika, aiormq) sends it as f, which alone moves a longitude by up to a metre;
#           pika shows 60 too. pika refuses to send a float at all, so a program that uses only pika never sees this.
# Version:  pika 1.4.4, py-amqp 5.4.2, pamqp 4.0.1; their codecs, without a broker, which passes headers on unchanged.
# Source:   https://www.rabbitmq.com/amqp-0-9-1-errata.html#section_3 (types); https://github.com/pika/pika/issues/599
#           (reported in 2015); https://github.com/pika/pika/pull/1705 (floats, after this release); and this run.
# So:       devices that publish to Herenow's queue put the position into the body, as docs/protocol.md has it. Nothing
#           in Herenow reads or writes a number in a header.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pika==1.4.4 amqp==5.4.2 pamqp==4.0.1
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import amqp.serialization
import pamqp.decode
import pamqp.encode
import pika.data

SENT = {"latitude": 60.16987654321, "longitude": -179.98765432101}

encoded = {"py-amqp": amqp.serialization.dumps("F", [SENT]), "pamqp": pamqp.encode.field_table(SENT)}
by_pamqp = {sender: pamqp.decode.field_table(table)[1] for sender, table in encoded.items()}
by_pika = {sender: pika.data.decode_table(table, 0)[0] for sender, table in encoded.items()}
for sender in encoded:
    print(f"{sender} to pamqp: {by_pamqp[sender]}")
    print(f"{sender} to pika:  {by_pika[sender]}")  # the L is pika's mark of a 64-bit integer
whole = all(table == {"latitude": 60, "longitude": -179} for table in by_pika.values())
moved = abs(by_pamqp["pamqp"]["longitude"] - SENT["longitude"])
sys.exit(0 if whole and by_pamqp["py-amqp"] == SENT and 0 < moved < 1e-5 else 1)
PYTHON
