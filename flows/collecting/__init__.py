"""Between the warehouse's rows and the steps' types, while articles are collected. No Prefect."""
