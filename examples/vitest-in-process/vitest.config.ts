import { defineConfig } from "vitest/config";

// Without a file here, vitest would take the one in the root of the repository.
export default defineConfig({});
