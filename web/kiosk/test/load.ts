// Puts the made-up gigs into a running jobmatchd, to try the page on it.
import { createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-node";
import { PostingService } from "../src/gen/jobmatch/v1/posting_pb";
import { samplePostings } from "./sample";

export async function load(base: string, key: string | undefined): Promise<number> {
  const postings = createClient(PostingService, createGrpcWebTransport({ baseUrl: base, httpVersion: "1.1" }));
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const sample = samplePostings(Date.now());
  for (const posting of sample) await postings.updatePosting({ posting, allowMissing: true }, { headers });
  return sample.length;
}
