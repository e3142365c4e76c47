def card(run): raise NotImplementedError
