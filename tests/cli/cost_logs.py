"""A small registry, a log that it prices and one that it does not."""

REGISTRY = """\
default_provider: acme
providers:
  acme:
    env_var: K
    default_model: road
    realtime_multiplier: 2.0
    models:
      road:
        display_name: Road
        input_per_million: 1.0
        output_per_million: 5.0
        aliases: [road-1]
        rates:
          - {mode: standard, from: 2026-01-01, input: 2.0, output: 10.0}
          - {mode: standard, from: 2026-06-01, input: 1.0, output: 10.0}
          - {mode: batch, input: 1.0, output: 5.0}
      cart:
        display_name: Cart
        input_per_million: 1.0
        output_per_million: 5.0
        batch_support: false
        rates:
          - {mode: standard, input: 2.0}
defaults: {input_per_million: 1, output_per_million: 2, realtime_multiplier: 2}
"""
GOOD = """\
day,provider,model,mode,input,output,user
2026-01-31,acme,road,standard,1000000,0,ann
2026-06-01,acme,road-1,standard,1000000,100000,bob
2026-06-01,acme,road,batch,1000000,,bob
"""
BAD = """\
day,provider,model,mode,input,output,user
2026-07-01,acme,road,standard,1000000,0,ann
2026-07-01,acme,raod,standard,1,0,ann
2026-07-01,acmee,road,standard,1,0,ann
2026-07-01,acme,road,turbo,1,0,ann
2025-12-31,acme,road,standard,1,0,ann
2026-07-01,acme,cart,batch,1,0,ann
2026-07-01,acme,cart,standard,1,1,ann
2026-07-01,acme,road,standard,-1,0,ann
2026-07-01,acme,road,standard,many,0,ann
yesterday,acme,road,standard,1,0,ann
2026-07-01T10:00:00,acme,road,standard,1,0,ann
2026-07-01T10:00:00+02:00,acme,road,standard,1000000,0,ann
2026-07-01,acme,,standard,1,0,ann
2026-07-01,acme,road
"""
