# Builds kbench, and an image with its Debian package alone:
#   docker build -t kbench . && docker run --rm kbench scenario crash-before-commit
FROM swift:6.3-bookworm AS build
WORKDIR /src
COPY scripts/setup scripts/setup
RUN scripts/setup build && scripts/setup package
COPY . .
RUN swift build -c release --product kbench --static-swift-stdlib && scripts/dist

FROM debian:bookworm-slim
COPY --from=build /src/.build/dist/kbench_*.deb /tmp/
RUN apt-get update \
    && apt-get install -y --no-install-recommends /tmp/kbench_*.deb \
    && rm -rf /var/lib/apt/lists/* /tmp/kbench_*.deb
WORKDIR /kbench
ENTRYPOINT ["kbench"]
CMD ["--help"]
