"""Estimators of scikit-learn, which is imported only where they are used."""
