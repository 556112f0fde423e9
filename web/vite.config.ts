import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.HERENOW_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  // Relative, so that the built page works under any path of a proxy.
  base: "./",
  plugins: [react()],
  server: {
    port: 5173,
    strictPort: true,
    proxy: {
      // The server compares Host with Origin, so Host must stay what the browser sent.
      "/api": { target: server, changeOrigin: false },
      "/ws": { target: server, ws: true, changeOrigin: false },
      "/live": server,
      "/healthz": server,
      "/openapi.json": server,
    },
  },
  build: {
    outDir: "../src/herenow/web",
    emptyOutDir: true,
    // A strict content security policy allows no data: fonts.
    assetsInlineLimit: 0,
    // The page at /docs is larger, and apart.
    chunkSizeWarningLimit: 1600,
    rolldownOptions: { input: ["index.html", "docs.html"] },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
  },
});
