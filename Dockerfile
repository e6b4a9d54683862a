# prismake and its demonstration, by the steps of the README:
#     docker build -t prismake .
#     docker run --rm -v "$PWD/my-review:/review" prismake
# R, for results/pooling/*.check.R, and LibreOffice are not needed by a run and are not here.
# hadolint global ignore=DL3008,DL3066
# (versions of Debian's packages are not pinned: its security fixes are wanted; the user has a name and no number)
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates fonts-noto-cjk git python3 python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home reviewer \
    && install -d -o reviewer -g reviewer /review /opt/prismake

USER reviewer
COPY --chown=reviewer:reviewer . /opt/prismake
WORKDIR /opt/prismake
RUN python3 -m venv --without-pip ~/prismake && python3 -m pip --python ~/prismake install --no-cache-dir -e .

ENV PATH="/home/reviewer/prismake/bin:$PATH"
WORKDIR /review
CMD ["snakemake"]
