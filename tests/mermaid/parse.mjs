// Reads a diagram on standard input; prints what Mermaid's parser makes of it, or fails with its message.
import { readFileSync } from "node:fs";
import mermaid from "mermaid";

console.log(JSON.stringify(await mermaid.parse(readFileSync(0, "utf8"))));
