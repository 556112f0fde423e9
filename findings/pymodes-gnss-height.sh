#!/usr/bin/env bash
# Two ADS-B decoders read 30,000 ft and 8,162 ft out of the same message with a GNSS height.
#
# Expected: an airborne position of type code 20 has its height in the same 12 bits as one of type code 11. Decoders of
#           these bits agree, or one of them refuses the message.
# Happens:  rs1090 (like dump1090) reads the altitude code of type codes 9 to 18: steps of 25 ft with a Q bit in
#           the middle. pyModeS reads all 12 bits as whole metres, Q bit included, and converts them to feet. Both
#           name the field "altitude" and neither warns. The barometric message of the same aircraft agrees in both.
# Version:  pyModeS 3.6.1, rs1090 0.7.0.
# Source:   https://github.com/junzis/the-1090mhz-riddle, content/ads-b/3-airborne-position.tex ("in meters");
#           https://docs.rs/crate/rs1090/latest/source/src/decode/bds/bds05.rs (one code for both); and this run.
# So:       a bridge from ADS-B to Herenow sends `altitude` from type codes 9 to 18 only, until its decoder is checked;
#           and neither height is above mean sea level, which Herenow's `altitude` is.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyModeS==3.6.1 rs1090==0.7.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import pyModeS
import rs1090

GENERATOR = 0x1FFF409  # of the 24 check bits of Mode S


def message(type_code: int, feet: int) -> str:
    """An airborne position of DF 17 with right check bits, whose height is in steps of 25 ft."""
    steps = (feet + 1000) // 25
    code = (steps >> 4) << 5 | 1 << 4 | steps & 15  # the Q bit is the eighth
    body = 0x8D4CA251 << 56 | type_code << 51 | code << 36 | 93000 << 17 | 51372
    rest = body << 24
    for bit in range(111, 23, -1):
        if rest >> bit & 1:
            rest ^= GENERATOR << bit - 24
    return f"{body << 24 | rest:028X}"


def heights(text: str) -> tuple[object, object]:
    first, second = pyModeS.decode(text), rs1090.decode(text)
    assert first["crc_valid"] and second["icao24"] == "4ca251"
    return first["altitude"], second["altitude"]


barometric, satellite = heights(message(11, 30000)), heights(message(20, 30000))
print("                  pyModeS, rs1090 (ft)")
print("type code 11:    ", *barometric)
print("type code 20:    ", *satellite)
sys.exit(0 if barometric == (30000, 30000) and satellite == (8162, 30000) else 1)
PYTHON
