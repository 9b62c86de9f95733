import { run } from "@drawdown/mock-server/cli";

await run(process.argv.slice(2));
