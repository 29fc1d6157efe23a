// Puts the made-up gigs into the jobmatchd at KIOSK_URL; KIOSK_KEY is its API key.
import { bundleForNode } from "./bundle.mjs";

const [file] = await bundleForNode(["test/load.ts"]);
const { load } = await import(file);
const base = process.env.KIOSK_URL ?? "http://127.0.0.1:50051";
console.log(`${await load(base, process.env.KIOSK_KEY)} made-up gigs are in ${base}`);
