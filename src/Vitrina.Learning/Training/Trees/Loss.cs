namespace Vitrina.Learning.Training.Trees;

/// <summary>Gradients of a loss at given scores.</summary>
internal abstract class Loss
{
    /// <summary>Score before any tree.</summary>
    public abstract double BaseScore { get; }

    /// <summary>Writes the derivatives of the loss by score, weighted by row.</summary>
    /// <param name="scores">Scores by row.</param>
    /// <param name="gradients">Receives first derivatives.</param>
    /// <param name="hessians">Receives second derivatives, at least 0.</param>
    /// <param name="team">Who works.</param>
    public abstract void Write(float[] scores, float[] gradients, float[] hessians, WorkerTeam team);

    /// <summary>The loss of an objective over a dataset.</summary>
    /// <exception cref="TrainingSetException">Labels are out of the objective's range, or leave nothing to learn.</exception>
    public static Loss Of(TreeDataset set, TreeTrainerOptions options) => options.NeedsLists ? new ListLoss(set, options) : new RowLoss(set, options.Objective);
}
