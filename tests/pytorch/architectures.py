"""The structures of well-known small networks, as people write them: classes with a forward method, and Sequentials."""

import torch
import torch.nn.functional as F
from torch import nn


class LeNet5(nn.Module):
    """LeCun et al., 1998, with ReLU and max pooling as in most tutorials."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), (2, 2))
        x = x.view(-1, 16 * 5 * 5)
        x = F.relu(self.fc1(x))
        x = F.relu(self.fc2(x))
        return self.fc3(x)


class MNISTTutorial(nn.Module):
    """Two convolutions, two kinds of dropout, log-probabilities."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, 1)
        self.conv2 = nn.Conv2d(8, 16, 3, 1)
        self.dropout1 = nn.Dropout2d(0.25)
        self.fc1 = nn.Linear(2304, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        x = self.conv1(x).relu()
        x = F.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.flatten(self.dropout1(x), 1)
        x = F.dropout(F.relu(self.fc1(x)), 0.5, training=self.training)
        return F.log_softmax(self.fc2(x), dim=1)


class BasicBlock(nn.Module):
    """He et al., 2016: two convolutions and a shortcut, which has a convolution where the shape changes."""

    def __init__(self, channels, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or channels != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out)


class ResNet(nn.Module):
    """A small residual network for 32 × 32 pixels."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.layer1 = nn.Sequential(BasicBlock(8, 8), BasicBlock(8, 8))
        self.layer2 = nn.Sequential(BasicBlock(8, 16, 2), BasicBlock(16, 16))
        self.linear = nn.Linear(16, 10)

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.layer2(self.layer1(out))
        out = F.adaptive_avg_pool2d(out, 1)
        return self.linear(out.view(out.size(0), -1))


class Bottleneck(nn.Module):
    """The block of a ResNet-50: 1 × 1, 3 × 3, 1 × 1, and an identity that is kept in a variable."""

    def __init__(self, channels, width):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, kernel_size=3, padding=1, groups=2, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, channels, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out)) + identity
        return self.relu(out)


class Autoencoder(nn.Module):
    """Convolutions down, transposed convolutions up."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.ReLU(True), nn.Conv2d(8, 4, 3, stride=2, padding=1)
        )
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(4, 8, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(True),
            nn.ConvTranspose2d(8, 1, 3, stride=2, padding=1, output_padding=1),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))


def dcgan_discriminator():
    """Radford et al., 2016."""
    return nn.Sequential(
        nn.Conv2d(3, 8, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(8, 16, 4, 2, 1, bias=False),
        nn.BatchNorm2d(16),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(16, 1, 8, 1, 0, bias=False),
        nn.Sigmoid(),
        nn.Flatten(),
    )


def dcgan_generator():
    """Radford et al., 2016: an image of noise."""
    return nn.Sequential(
        nn.Unflatten(1, (12, 1, 1)),
        nn.ConvTranspose2d(12, 16, 4, 1, 0, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(True),
        nn.ConvTranspose2d(16, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


class WordMLP(nn.Module):
    """Bengio et al., 2003: the vectors of the last words, side by side, into a dense network."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(40, 6, padding_idx=0)
        self.hidden = nn.Linear(5 * 6, 32)
        self.out = nn.Linear(32, 40)

    def forward(self, x):
        embedded = self.embedding(x).view(x.shape[0], -1)
        return self.out(torch.tanh(self.hidden(embedded)))


class VGG(nn.Module):
    """Simonyan and Zisserman, 2015, with batch normalization, two blocks."""

    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for outputs in (8, 8, "M", 16, "M"):
            if outputs == "M":
                layers += [nn.MaxPool2d(kernel_size=2, stride=2)]
            else:
                layers += [
                    nn.Conv2d(channels, outputs, kernel_size=3, padding=1),
                    nn.BatchNorm2d(outputs),
                    nn.ReLU(inplace=True),
                ]
                channels = outputs
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(nn.Linear(64, 32), nn.ReLU(True), nn.Dropout(), nn.Linear(32, 10))

    def forward(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(x.flatten(1))


class MixerBlock(nn.Module):
    """A residual dense block with layer normalization and GELU, as in a transformer's feed-forward half."""

    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x):
        return x + self.mlp(self.norm(x))


class ConvNet1d(nn.Module):
    """A convolutional network over time, with group normalization, global pooling over the mean."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(2, 8, 5, padding=2)
        self.norm = nn.GroupNorm(2, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = F.silu(self.norm(self.conv(x)))
        return self.head(x.mean(dim=2))


# Each with the shape of an instance, and the number of indices where x is indices.
ARCHITECTURES = {
    "LeNet-5": (LeNet5, (1, 28, 28), None),
    "MNIST tutorial": (MNISTTutorial, (1, 28, 28), None),
    "ResNet": (ResNet, (3, 32, 32), None),
    "bottleneck": (lambda: nn.Sequential(Bottleneck(8, 4), Bottleneck(8, 4)), (8, 6, 6), None),
    "autoencoder": (Autoencoder, (1, 28, 28), None),
    "DCGAN discriminator": (dcgan_discriminator, (3, 32, 32), None),
    "DCGAN generator": (dcgan_generator, (12,), None),
    "word MLP": (WordMLP, (5,), 40),
    "VGG": (VGG, (3, 16, 16), None),
    "residual MLP": (lambda: nn.Sequential(MixerBlock(6), MixerBlock(6), nn.Linear(6, 2)), (4, 6), None),
    "1-d convolution": (ConvNet1d, (2, 20), None),
}
