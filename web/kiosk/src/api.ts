// The public services of the same origin, over gRPC-Web.
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { GigService } from "./gen/jobmatch/v1/gig_pb";
import { NearbyService } from "./gen/jobmatch/v1/nearby_pb";
import { PostingService } from "./gen/jobmatch/v1/posting_pb";
import { StationService } from "./gen/jobmatch/v1/station_pb";

export interface Api {
  nearby: Client<typeof NearbyService>;
  gigs: Client<typeof GigService>;
  postings: Client<typeof PostingService>;
  stations: Client<typeof StationService>;
}

/** A call that is not a stream is given up after so long. */
export const CALL_MS = 10_000;

/** Clients of the services at `base`; `apiKey` is sent with each call where there is one. */
export function connect(base: string, apiKey: string): Api {
  const withKey: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${apiKey}`);
    return next(request);
  };
  const transport = createGrpcWebTransport({ baseUrl: base, interceptors: apiKey ? [withKey] : [] });
  return {
    nearby: createClient(NearbyService, transport),
    gigs: createClient(GigService, transport),
    postings: createClient(PostingService, transport),
    stations: createClient(StationService, transport),
  };
}
