import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { DeviceFilterProvider } from "../devices/DeviceFilterProvider";
import { EngineContext } from "../engine/useEngine";
import { fakeEngine } from "./fakeEngine";

/** Renders a panel inside the contexts that it needs. */
export function renderPanel(panel: ReactNode, engine = fakeEngine()) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const rendered = render(
    <QueryClientProvider client={client}>
      <EngineContext value={engine}>
        <DeviceFilterProvider>{panel}</DeviceFilterProvider>
      </EngineContext>
    </QueryClientProvider>,
  );
  return { ...rendered, engine };
}
