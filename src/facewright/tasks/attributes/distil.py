"""What an attribute model learns of others, its teachers: a term of the loss that no label has a part in.

Labels say yes or no where a teacher says how likely, which forgives a label that is wrong, and of a face that
nobody labelled they say nothing (Hinton et al., "Distilling the Knowledge in a Neural Network", 2015).
"""

import torch
from torch import Tensor
from torch.nn import functional

from facewright.tasks.normaliser import normaliser


def distillation_loss(logits: Tensor, taught: Tensor) -> Tensor:
    """The mean Kullback-Leibler divergence of the student's answers from its teachers': a scalar.

    logits: (B, A) of the student. taught: (B, A) probabilities; of several teachers their mean, or those of
    one of them for each crop. Every answer counts, whatever labels know. 0 for a student that answers as it
    is taught; its gradient is that of binary cross-entropy towards `taught`, into which nothing goes back.
    """
    logits, taught = logits.float(), taught.detach().float()
    certainty = torch.xlogy(taught, taught) + torch.xlogy(1 - taught, 1 - taught)
    each = functional.binary_cross_entropy_with_logits(logits, taught, reduction="none") + certainty
    return each.sum() / normaliser(each.numel(), logits)
