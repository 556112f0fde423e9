"""How long tests wait before they give up. No test is about speed: on a busy machine everything takes long, and a
deadline is there to name what never comes."""

PATIENCE = 120.0  # s
