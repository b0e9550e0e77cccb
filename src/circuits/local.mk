# circuits
