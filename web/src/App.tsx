import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { PanelBoundary } from "./panels/PanelBoundary";
import { ConfigGate } from "./shell/ConfigGate";

export function App() {
  const [client] = useState(newClient);
  return (
    <QueryClientProvider client={client}>
      <PanelBoundary title="Herenow">
        <ConfigGate />
      </PanelBoundary>
    </QueryClientProvider>
  );
}

function newClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // What is asked for again every few seconds anyway needs no retries in between.
        retry: false,
        // The server may be on this machine, reachable when the browser says that there is no network.
        networkMode: "always",
      },
    },
  });
}
