"""Figures of diagnostic accuracy: each takes the content of ``pooling/<outcome>.json`` and returns a figure.

accuracy_forest    sensitivity and specificity of the studies side by side, with the summary
roc_plot           studies, summary point, regions and summary curve in ROC space
prevalence_curves  predictive values over the prevalence
"""
