#!/usr/bin/env bash
# A good FIT file is empty, without an error, to a Garmin decoder that has checked its integrity.
#
# Expected: Garmin's recipe is isFIT, then checkIntegrity, then read, on one decoder; the example of its SDK for
#           JavaScript does that, and gets the messages. The decoder of Python has the same three methods.
# Happens:  check_integrity reads to the end of the stream and leaves it there. `read` on the same decoder, or on a new
#           one of that stream, returns ({}, []): no messages and no errors, as a file without records would. An
#           importer that checks what it imports, as the recipe says, takes every file and stores nothing.
# Version:  garmin-fit-sdk 21.218.0 for Python; fit-tool 0.9.16 writes the file; @garmin/fitsdk 21.217.0 for JavaScript.
# Source:   https://developer.garmin.com/fit/cookbook/isfit-checkintegrity-read/ (the recipe), the example at the head
#           of the README of https://www.npmjs.com/package/@garmin/fitsdk, and this run.
# So:       a script that brings FIT files to Herenow opens one stream for the check and another one for the messages.
#           Herenow reads no FIT itself yet.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
    garmin-fit-sdk==21.218.0 fit-tool==0.9.16
cd "$folder"
venv/bin/python - <<'PYTHON'
from fit_tool.fit_file_builder import FitFileBuilder
from fit_tool.profile.messages.file_id_message import FileIdMessage
from fit_tool.profile.messages.record_message import RecordMessage
from fit_tool.profile.profile_type import FileType, Manufacturer

START = 1_795_168_800_000  # ms
builder = FitFileBuilder(auto_define=True)
head = FileIdMessage()
head.type = FileType.ACTIVITY
head.manufacturer = Manufacturer.DEVELOPMENT.value
head.product = 0
head.serial_number = 1
head.time_created = START
builder.add(head)
for second in range(5):
    record = RecordMessage()
    record.timestamp = START + second * 1000
    record.position_lat, record.position_long = 60 + second / 1000, 25.0
    builder.add(record)
builder.build().to_file("ride.fit")
PYTHON
echo '{"private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @garmin/fitsdk@21.217.0
cat > read.mjs <<'JAVASCRIPT'
import { readFileSync } from "node:fs";
import { Decoder, Stream } from "@garmin/fitsdk";

const decoder = new Decoder(Stream.fromBuffer(readFileSync("ride.fit")));
console.log(`JavaScript: isFIT ${decoder.isFIT()}, checkIntegrity ${decoder.checkIntegrity()}`);
const { messages, errors } = decoder.read();
console.log(`JavaScript: ${messages.recordMesgs.length} records, ${errors.length} errors`);
JAVASCRIPT
node read.mjs
venv/bin/python - <<'PYTHON'
import sys

from garmin_fit_sdk import Decoder, Stream

alone, errors_alone = Decoder(Stream.from_file("ride.fit")).read()
decoder = Decoder(Stream.from_file("ride.fit"))
print(f"Python:     is_fit {decoder.is_fit()}, check_integrity {decoder.check_integrity()}")
messages, errors = decoder.read()
print(f"Python:     then {len(messages.get('record_mesgs', []))} records, {len(errors)} errors")
print(f"Python:     without the check {len(alone['record_mesgs'])} records, {len(errors_alone)} errors")
sys.exit(0 if len(alone["record_mesgs"]) == 5 and not messages and not errors else 1)
PYTHON
