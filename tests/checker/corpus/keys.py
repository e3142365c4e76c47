"""Where a mistake shows first: the functions in which the one of that key can stand."""

LOOPS = ("entrenarRed", "entrenarRedMiniBatch")

_PLACES = (
    (("softmax",), "softmax_axis softmax_total softmax_unstable"),
    (("tanh", "tanhGrad", "relu", "reluGrad"), "helper_wrong"),
    (("initParams",), "init_symmetric init_large init_integer init_shape"),
    (("costoGlobal",), "cost_sign cost_base cost_twice cost_log0 cost_other_loss"),
    (("feedForward",), "bias_missing bias_broadcast activation_missing activation_other"),
    (("feedForward",), "softmax_missing softmax_sigmoid"),
    (("backProp",), "output_sign output_other_loss output_derivative_only softmax_jacobian target_missing"),
    (("backProp",), "mean_missing mean_twice mean_wrong_size sign_hidden elementwise transpose_missing"),
    (("backProp",), "wrong_input bias_axis bias_not_summed bias_total names_swapped argument_mutated"),
    (("backProp",), "derivative_missing derivative_twice derivative_of_z derivative_of_a derivative_other"),
    (("backProp",), "dw2_for_w2 w2_missing integer_truncation"),
    (("backProp", *LOOPS), "w2_updated"),
    (("backProp", "costoGlobal"), "onehot_shift"),
    (("backProp", "softmax", "feedForward"), "nothing_returned"),
    (LOOPS, "uphill stale not_updated lr_missing epochs_wrong"),
    (LOOPS[1:], "batch_lost batch_repeated pairs_broken full_mean batch_ignored"),
)
PLACES = {key: places for places, keys in _PLACES for key in keys.split()}
