namespace Vitrina.Simulation.Jobs;

/// <summary>What a list is ordered by.</summary>
public enum JobsArm
{
    /// <summary>A: the probability of a contact, as in the article's old search.</summary>
    Contact,

    /// <summary>B: the probability of a deal.</summary>
    Deal,
}

/// <summary>Which arm answers a request: a function of cluster, user and time. Under any policy people and their draws are the same.</summary>
/// <param name="cluster">City × profession, see <see cref="JobsWorld.ClusterOf"/>.</param>
/// <param name="user">The user who asks.</param>
/// <param name="at">When.</param>
public delegate JobsArm JobsPolicy(int cluster, string user, DateTimeOffset at);
