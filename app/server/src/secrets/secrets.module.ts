import { Module } from '@nestjs/common';
import { SecretBox } from './secret-box.ts';
@Module({ providers: [SecretBox], exports: [SecretBox] })
export class SecretsModule {}
