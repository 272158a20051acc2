module stock-analysis.local/cluster/prometheus-operator-crds

go 1.24

require github.com/prometheus-operator/prometheus-operator v0.85.0
