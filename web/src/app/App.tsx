import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { currentLanguage } from "../i18n/languages";
import { useReadable } from "../lib/useReadable";
import { settings } from "../settings/settings";
import { PanelBoundary } from "../ui/PanelBoundary";
import { ConfigGate } from "./ConfigGate";

export function App() {
  const [client] = useState(newClient);
  // A change renders the whole page again in other texts and units; no state is lost.
  useReadable(settings);
  useReadable(currentLanguage);
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
        // Queries repeat every few seconds, so retries are not needed.
        retry: false,
        // The server may be on this machine, reachable while the browser reports no network.
        networkMode: "always",
      },
    },
  });
}
