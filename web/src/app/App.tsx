import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { currentLanguage } from "../i18n/languages";
import { useReadable } from "../lib/useReadable";
import { settings } from "../settings/settings";
import { PanelBoundary } from "../ui/PanelBoundary";
import { ConfigGate } from "./ConfigGate";

export function App() {
  const [client] = useState(newClient);
  // All of the page is rendered again, in other words and units, and nothing of it is made anew.
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
        // What is asked for again every few seconds anyway needs no retries in between.
        retry: false,
        // The server may be on this machine, reachable when the browser says that there is no network.
        networkMode: "always",
      },
    },
  });
}
