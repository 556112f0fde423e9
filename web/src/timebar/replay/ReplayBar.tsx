import { Pause, Play, Repeat, StepBack, StepForward } from "lucide-react";
import { useEngine } from "../../engine/useEngine";
import { useServerNow } from "../../engine/useNow";
import { formatAge } from "../../format/age";
import { formatTime } from "../../format/time";
import { t } from "../../i18n/t";
import { useShortcuts } from "../../keyboard/useShortcuts";
import { useReadable } from "../../lib/useReadable";
import type { Replay, ReplayState } from "../../replay/replay";
import { REPLAY_SPEEDS } from "../../replay/replay";
import { IconButton } from "../../ui/IconButton";
import { SegmentedControl } from "../../ui/SegmentedControl";
import { ReplayDevices } from "./ReplayDevices";
import { SegmentStrip } from "./SegmentStrip";
import { Timeline } from "./Timeline";

const SPEEDS = REPLAY_SPEEDS.map((speed) => ({ value: String(speed), label: `${speed}×` }));

/** Plays the past: which time is shown, whether it goes on, and how fast. */
export function ReplayBar({ state }: { readonly state: ReplayState }) {
  const { replay, selection } = useEngine();
  const selected = useReadable(selection);
  const now = useServerNow();
  const words = `${formatTime(state.time, now)} · ${formatAge(now - state.time)}`;
  useShortcuts({
    " ": () => replay.play(!state.playing),
    ",": () => replay.step(-1),
    ".": () => replay.step(1),
  });
  return (
    <div className="replay" aria-busy={state.waiting}>
      <div className="replay-row">
        <PlayControls replay={replay} playing={state.playing} />
        <IconButton
          name={t("Repeat")}
          icon={Repeat}
          aria-pressed={state.loop}
          onClick={() => replay.setLoop(!state.loop)}
        />
        <p className="replay-time number">{words}</p>
        {state.waiting && <p className="muted">{t("Loading…")}</p>}
        <SegmentedControl
          label={t("Speed of the replay")}
          options={SPEEDS}
          value={String(state.speed)}
          onChange={(value) => replay.setSpeed(REPLAY_SPEEDS.find((speed) => String(speed) === value) ?? state.speed)}
        />
        <ReplayDevices devices={state.devices} />
      </div>
      <Timeline replay={state} now={now} words={words} onSeek={(time) => replay.seek(time)} />
      {selected !== null && (
        <SegmentStrip deviceId={selected} replay={state} now={now} onSeek={(time) => replay.seek(time)} />
      )}
      <ReplayTrouble state={state} onRetry={() => replay.retry()} />
    </div>
  );
}

function PlayControls({ replay, playing }: { readonly replay: Replay; readonly playing: boolean }) {
  return (
    <div className="replay-buttons">
      <IconButton name={t("Step back")} shortcut="," icon={StepBack} onClick={() => replay.step(-1)} />
      <IconButton
        name={playing ? t("Pause") : t("Play")}
        shortcut="Space"
        icon={playing ? Pause : Play}
        onClick={() => replay.play(!playing)}
      />
      <IconButton name={t("Step forward")} shortcut="." icon={StepForward} onClick={() => replay.step(1)} />
    </div>
  );
}

function ReplayTrouble({ state, onRetry }: { readonly state: ReplayState; onRetry(): void }) {
  if (state.error !== null) {
    return (
      <div className="problem history-report" role="alert">
        <p>{state.error}</p>
        <button type="button" className="button" onClick={onRetry}>
          {t("Try again")}
        </button>
      </div>
    );
  }
  return state.stored?.length === 0 ? <p className="muted">{t("No stored positions in this period.")}</p> : null;
}
